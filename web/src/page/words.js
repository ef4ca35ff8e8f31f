// The page's own words, in the language of the browser.

const WORDS = {
  en: {
    start: "Start speaking", stop: "Stop", language: "Language", auto: "Automatic", quality: "Quality",
    normal: "Normal", high: "High", file: "Open a recording", copy: "Copy", clear: "Clear",
    hint: "Space starts and stops. Drop a recording here to transcribe it.",
    connecting: "connecting", ready: "ready", listening: "listening", queued: "waiting", processing: "working",
    offline: "no connection, trying again", copied: "copied",
    noMicrophone: "No microphone was found. Plug one in, then try again.",
    forbidden: "The microphone is not allowed. Allow it in the browser's address bar, then try again.",
    insecure: "Browsers give the microphone only to pages on https:// or on this very computer.",
    unreadable: "This file holds no sound that the browser can read.",
    busy: "The server is busy; it goes on by itself.",
  },
  ru: {
    start: "Говорить", stop: "Стоп", language: "Язык", auto: "Сам определит", quality: "Качество",
    normal: "Обычное", high: "Высокое", file: "Открыть запись", copy: "Копировать", clear: "Очистить",
    hint: "Пробел начинает и останавливает. Запись можно перетащить сюда.",
    connecting: "соединение", ready: "готов", listening: "слушаю", queued: "в очереди", processing: "распознаю",
    offline: "нет связи, пробую снова", copied: "скопировано",
    noMicrophone: "Микрофон не найден. Подключите его и попробуйте снова.",
    forbidden: "Микрофон запрещён. Разрешите его в адресной строке браузера и попробуйте снова.",
    insecure: "Браузеры дают микрофон только страницам с https:// или этого же компьютера.",
    unreadable: "В этом файле нет звука, который браузер может прочитать.",
    busy: "Сервер занят; он продолжит сам.",
  },
};

export const language = navigator.language.startsWith("ru") ? "ru" : "en";
export const say = (key) => WORDS[language][key] ?? key;

export function sayEverywhere(root) {
  document.documentElement.lang = language;
  for (const element of root.querySelectorAll("[data-say]")) element.textContent = say(element.dataset.say);
}
