//! Secrets in text: told from the words of examples. Pure.

/// What a secret of ours or of others is called. In small letters.
const NAMES: [&str; 8] = [
    "jwt_secret",
    "jwt_previous_secret",
    "audio_key",
    "audio_previous_key",
    "password",
    "secret_key",
    "api_key",
    "access_key",
];
/// What API keys of AlfaVoice begin with, and how long they are.
const API_KEY: &str = "avk_";
const API_KEY_CHARS: usize = 40;

const SHORTEST: usize = 24;
/// Passwords in addresses are shorter.
const SHORTEST_PASSWORD: usize = 12;

/// The number of the first line that holds a private key, an API key, a password in an address, or a long random value
/// of something that is called a secret.
pub fn first_line(text: &str) -> Option<usize> {
    text.lines().position(is_secret).map(|at| at + 1)
}

fn is_secret(line: &str) -> bool {
    private_key(line) || api_key(line) || password_in_address(line) || assigned(line).any(looks_random)
}

fn private_key(line: &str) -> bool {
    let line = line.trim_start().trim_start_matches(['"', '\'']);
    line.starts_with("-----BEGIN ") && line.contains("PRIVATE KEY-----")
}

fn api_key(line: &str) -> bool {
    line.split(API_KEY).skip(1).map(token).any(|key| key.len() >= API_KEY_CHARS && distinct(key) >= 8)
}

fn password_in_address(line: &str) -> bool {
    line.split("://").skip(1).any(|rest| {
        let login = rest.split(['/', ' ', '"', '\'']).next().unwrap_or_default();
        let password =
            login.rsplit_once('@').and_then(|(login, _)| login.split_once(':')).map(|(_, password)| password);
        password.is_some_and(|password| {
            let mixed =
                password.bytes().any(|b| b.is_ascii_digit()) && password.bytes().any(|b| b.is_ascii_alphabetic());
            token(password) == password && password.len() >= SHORTEST_PASSWORD && mixed
        })
    })
}

/// The values that the line gives to what is called a secret: `NAME=value`, `name: "value"`, `"name": "value"`.
fn assigned(line: &str) -> impl Iterator<Item = &str> {
    line.match_indices(['=', ':']).filter_map(|(at, _)| {
        let name = line[..at].trim_end().trim_end_matches(['"', '\'']).to_lowercase();
        let value = line[at + 1..].trim_start().trim_start_matches(['"', '\'']);
        NAMES.iter().any(|known| name.ends_with(known)).then(|| token(value))
    })
}

/// Up to what cannot be in a key.
fn token(text: &str) -> &str {
    let end = text.find(|c: char| !(c.is_ascii_alphanumeric() || "+/=_-.".contains(c))).unwrap_or(text.len());
    &text[..end]
}

/// Long, and what a generator of keys makes in base64 or hexadecimal: no word of an example, no name in a program.
fn looks_random(value: &str) -> bool {
    let any = |is: fn(&u8) -> bool| value.as_bytes().iter().any(is);
    let base64 = any(u8::is_ascii_digit) && any(u8::is_ascii_uppercase) && any(u8::is_ascii_lowercase);
    let hexadecimal = value.len() >= 32 && value.bytes().all(|b| b.is_ascii_hexdigit());
    let path = value.contains('/') && value.contains('.');
    value.len() >= SHORTEST && (base64 || hexadecimal) && distinct(value) >= 8 && !path
}

fn distinct(value: &str) -> usize {
    value.bytes().collect::<std::collections::BTreeSet<_>>().len()
}

#[cfg(test)]
mod tests {
    use super::*;

    const RANDOM: &str = "k3Jd82hfKQ0z+Xc9Lw7pTtYbN5uVmE1r";

    #[test]
    fn secrets_are_found_however_they_are_written() {
        for line in [
            format!("JWT_SECRET={RANDOM}"),
            format!("jwt_secret = \"{RANDOM}\""),
            format!("  export JWT_SECRET={RANDOM}"),
            format!("      - ALFAVOICE_AUTH__JWT_SECRET={RANDOM}"),
            format!("ENV JWT_SECRET {RANDOM} JWT_SECRET={RANDOM}"),
            format!("  \"JWT_SECRET\": \"{RANDOM}\","),
            format!("      JWT_SECRET: {RANDOM}"),
            format!("retention.audio_key={RANDOM}="),
            format!("DB_PASSWORD='{RANDOM}'"),
            format!("DATABASE_URL=postgres://voice:{}@db/voice", &RANDOM[..15]),
            format!("curl -H 'x-api-key: {API_KEY}{RANDOM}{RANDOM}'").replace('+', "_"),
            format!("ACCESS_KEY={}", "0123456789abcdef".repeat(3)),
            ["-----BEGIN", " EC PRIVATE KEY-----"].concat(),
        ] {
            assert_eq!(first_line(&format!("a\n{line}\n")), Some(2), "{line}");
        }
    }

    #[test]
    fn examples_are_no_secrets() {
        for harmless in [
            "JWT_SECRET=${JWT_SECRET:?set it}",
            "JWT_SECRET=<your secret here, 32 characters or more>",
            "JWT_SECRET=$(openssl rand -base64 48)",
            "jwt_secret = \"development-only-secret-do-not-use-anywhere-else\"",
            "the key is JWT_SECRET, see below",
            "JWT_SECRET=",
            "postgres://user:password@host/name",
            "postgres://voice:${DB_PASSWORD}@db:5432/voice",
            "const AUDIO_KEY: &str = NONE;",
            "password: hash_of_the_password_of_user_1()",
            "tls_key = \"/etc/alfavoice/tls/privkey1.pem\"",
            "API_KEY: this-is-1-example-of-a-key-only",
        ] {
            assert_eq!(first_line(harmless), None, "{harmless}");
        }
    }
}
