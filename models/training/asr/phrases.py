"""Short utterances that the sentence lists lack: digits, numbers, spelled letters, commands, mixed languages.

Each is a pair (spoken, written): what a synthesizer is given and what the recogniser shall write. They differ only for
letters, whose names are spelled out for the synthesizer. Numbers are written as words; turning them into digits is the
clean-up's work.
"""
import random

DIGITS = {'en': 'zero one two three four five six seven eight nine'.split(),
          'ru': 'ноль один два три четыре пять шесть семь восемь девять'.split()}
LETTERS = {
    'en': dict(zip('ABCDEFGHIJKLMNOPQRSTUVWXYZ',
                   'ay bee see dee ee eff gee aitch eye jay kay ell em en oh pea cue are ess tea you vee double-you ex why '
                   'zee'.split())),
    'ru': dict(zip('АБВГДЕЖЗИКЛМНОПРСТУФХЦЧШЩЭЮЯ',
                   'а бэ вэ гэ дэ е жэ зэ и ка эль эм эн о пэ эр эс тэ у эф ха цэ че ша ща э ю я'.split())),
}
COMMANDS = {
    'en': '''new line;new paragraph;full stop;comma;question mark;exclamation mark;colon;semicolon;dash;open quote;close
quote;open bracket;close bracket;scratch that;delete that;undo that;redo;select all;copy that;paste;cut that;capital
letter;all caps;stop listening;start listening;stop dictation;start dictation;send message;send it;save file;open
file;close window;next field;previous field;go back;go up;go down;scroll down;scroll up;page down;page up;bullet
list;numbered list;next item;end list;bold that;italic that;underline that;yes;no;okay;cancel;confirm;repeat that;louder;
quieter;pause;continue;play;stop;mute;unmute;volume up;volume down;turn on the light;turn off the light;set a timer for
ten minutes;what time is it;what is the weather today;call home;read it back;switch to russian;switch to
english;hello;goodbye;thank you;thanks;please;help;wait;ready;done;good morning;good evening;how are you;I am fine;I do not
know;of course;maybe later;not now;let us begin;see you tomorrow''',
    'ru': '''новая строка;новый абзац;точка;запятая;вопросительный знак;восклицательный знак;двоеточие;точка с
запятой;тире;открыть кавычки;закрыть кавычки;открыть скобку;закрыть скобку;удали это;сотри последнее слово;отмени;верни;
выдели все;скопируй;вставь;вырежи;с большой буквы;заглавными буквами;хватит слушать;начни слушать;останови
диктовку;начни диктовку;отправь сообщение;отправь;сохрани файл;открой файл;закрой окно;следующее поле;предыдущее
поле;назад;вверх;вниз;прокрути вниз;прокрути вверх;маркированный список;нумерованный список;следующий пункт;конец
списка;полужирный;курсив;подчеркни;да;нет;хорошо;отмена;подтверждаю;повтори;громче;тише;пауза;продолжай;играй;стоп;
выключи звук;включи звук;включи свет;выключи свет;поставь таймер на десять минут;который час;какая сегодня погода;позвони
домой;прочитай вслух;переключись на английский;переключись на русский;привет;здравствуйте;до свидания;спасибо;спасибо
большое;пожалуйста;помоги;подожди;готово;доброе утро;добрый день;добрый вечер;как дела;все хорошо;я не знаю;конечно;может
быть позже;не сейчас;давайте начнем;увидимся завтра''',
}
COMMANDS = {lang: [' '.join(c.split()) for c in text.split(';')] for lang, text in COMMANDS.items()}

EN_TEENS = ('ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen').split()
EN_TENS = 'twenty thirty forty fifty sixty seventy eighty ninety'.split()
RU_TEENS = ('десять одиннадцать двенадцать тринадцать четырнадцать пятнадцать шестнадцать семнадцать восемнадцать '
            'девятнадцать').split()
RU_TENS = 'двадцать тридцать сорок пятьдесят шестьдесят семьдесят восемьдесят девяносто'.split()
RU_HUNDREDS = 'сто двести триста четыреста пятьсот шестьсот семьсот восемьсот девятьсот'.split()


def number(n: int, lang: str) -> str:
    """0 .. 999999 in words (nominative)."""
    if n >= 1000:
        head, rest = divmod(n, 1000)
        if lang == 'en':
            said = number(head, lang) + ' thousand'
        else:
            said = number(head, lang)
            last, teen = head % 10, 10 <= head % 100 < 20
            if last == 1 and not teen:
                said = ('' if head == 1 else said[:-len('один')] + 'одна ') + 'тысяча'
            elif last == 2 and not teen:
                said = said[:-len('два')] + 'две тысячи'
            else:
                said += ' тысячи' if last in (3, 4) and not teen else ' тысяч'
        return said + (' ' + number(rest, lang) if rest else '')
    if n >= 100:
        head, rest = divmod(n, 100)
        said = DIGITS['en'][head] + ' hundred' if lang == 'en' else RU_HUNDREDS[head - 1]
        return said + (' ' + number(rest, lang) if rest else '')
    teens, tens = (EN_TEENS, EN_TENS) if lang == 'en' else (RU_TEENS, RU_TENS)
    if n >= 20:
        head, rest = divmod(n, 10)
        return tens[head - 2] + ((('-' if lang == 'en' else ' ') + DIGITS[lang][rest]) if rest else '')
    return teens[n - 10] if n >= 10 else DIGITS[lang][n]


def sentence(words: str) -> str:
    return words[0].upper() + words[1:] + '.'


def letters(rng: random.Random, lang: str, count: int) -> tuple[str, str]:
    pick = [rng.choice(list(LETTERS[lang])) for _ in range(count)]
    return ', '.join(LETTERS[lang][c] for c in pick) + '.', ' '.join(pick) + '.'


FRAMES = {
    'en': ['It costs {} dollars', 'The answer is {}', 'Room number {}', 'There are {} people here', 'Chapter {}', 'In the year {}',
           'The meeting is at {}', 'I need {} copies', 'Page {}, please', 'We sold {} units last month', 'Flight {} is late'],
    'ru': ['Это стоит {} рублей', 'Ответ {}', 'Комната номер {}', 'Здесь {} человек', 'Глава {}', 'Страница {}, пожалуйста',
           'Номер заказа {}', 'Код {}', 'Рейс {} задерживается', 'Телефон {}', 'Дом {}'],
}
FOREIGN = ('email laptop internet website update server browser windows docker python google file office manager online login '
           'password backup desktop email router').split()
MIXED = ['открой {}', 'проверь {}', 'мне нужен новый {}', 'где находится {}', 'отправь это на {}', 'закрой {} и открой {}',
         'слово {} пишется по-английски']


def phrase(rng: random.Random, lang: str) -> tuple[str, str]:
    """One random short utterance."""
    kind = rng.random()
    if kind < 0.25:
        said = ' '.join(rng.choice(DIGITS[lang]) for _ in range(rng.choice([1, 1, 2, 3, 4, 5, 6, 7, 8, 10])))
    elif kind < 0.45:
        said = number(int(10 ** rng.uniform(0.7, 5.9)), lang)
        if rng.random() < 0.6:
            said = rng.choice(FRAMES[lang]).format(said)
    elif kind < 0.65:
        return letters(rng, lang, rng.choice([1, 1, 2, 3, 3, 4, 5, 6, 8]))
    elif kind < 0.95 or lang == 'en':
        said = rng.choice(COMMANDS[lang])
        if rng.random() < 0.1:
            said += ', ' + rng.choice(COMMANDS[lang])
    else:
        said = rng.choice(MIXED).format(rng.choice(FOREIGN), rng.choice(FOREIGN))
    return (sentence(said),) * 2
