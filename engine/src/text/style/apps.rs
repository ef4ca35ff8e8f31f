//! Which style an application gets when nobody said one.

/// Word of an application's name (or of its executable) to style, the first that fits.
#[rustfmt::skip]
const APPS: [(&str, &str); 54] = [
    ("outlook", "mail"),
    ("thunderbird", "mail"),
    ("gmail", "mail"),
    ("mail", "mail"),
    ("почта", "mail"),
    ("evolution", "mail"),
    ("geary", "mail"),
    ("kmail", "mail"),
    ("slack", "chat"),
    ("telegram", "chat"),
    ("whatsapp", "chat"),
    ("discord", "chat"),
    ("teams", "chat"),
    ("signal", "chat"),
    ("mattermost", "chat"),
    ("element", "chat"),
    ("skype", "chat"),
    ("viber", "chat"),
    ("messages", "chat"),
    ("rocketchat", "chat"),
    ("zulip", "chat"),
    ("code", "code"),
    ("vscodium", "code"),
    ("codium", "code"),
    ("cursor", "code"),
    ("zed", "code"),
    ("idea", "code"),
    ("idea64", "code"),
    ("intellij", "code"),
    ("pycharm", "code"),
    ("clion", "code"),
    ("rustrover", "code"),
    ("webstorm", "code"),
    ("vim", "code"),
    ("nvim", "code"),
    ("gvim", "code"),
    ("neovim", "code"),
    ("emacs", "code"),
    ("sublime", "code"),
    ("terminal", "code"),
    ("iterm2", "code"),
    ("konsole", "code"),
    ("alacritty", "code"),
    ("kitty", "code"),
    ("powershell", "code"),
    ("cmd", "code"),
    ("word", "document"),
    ("winword", "document"),
    ("docs", "document"),
    ("writer", "document"),
    ("pages", "document"),
    ("notion", "document"),
    ("confluence", "document"),
    ("obsidian", "document"),
];

/// The style's name for an application such as "Microsoft Outlook", "outlook.exe" or "org.mozilla.Thunderbird".
pub(crate) fn style_name(app: &str) -> Option<&'static str> {
    let name = app.to_lowercase();
    let words: Vec<&str> = name.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    APPS.iter().find(|(app, _)| words.contains(app)).map(|(_, style)| *style)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn applications_are_known_by_any_of_their_names() {
        for (app, style) in [
            ("Microsoft Outlook", "mail"),
            ("org.mozilla.Thunderbird", "mail"),
            ("Telegram Desktop", "chat"),
            ("slack.exe", "chat"),
            ("Visual Studio Code", "code"),
            ("idea64.exe", "code"),
            ("gnome-terminal", "code"),
            ("WINWORD.EXE", "document"),
            ("Google Docs", "document"),
        ] {
            assert_eq!(style_name(app), Some(style), "{app}");
        }
        assert_eq!(style_name("Password Safe"), None);
    }
}
