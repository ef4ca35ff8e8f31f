//! Access tokens: short-lived JWTs, signed with HS256 and nothing else.
//!
//! The header names the key (`kid`); while a key is replaced the one before still verifies. The name of a key is derived
//! from it, so nothing has to be numbered by hand.

use config::Secret;
use jsonwebtoken::errors::ErrorKind;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation, decode, decode_header, encode};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use store::{FamilyId, Moment, User, UserId, UserRole};

use super::hs256;

const ISSUER: &str = "alfavoice";

/// Clocks of several servers differ by less.
const LEEWAY_S: u64 = 5;

/// What an access token says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccessClaims {
    pub iss: String,
    /// Whose it is.
    pub sub: UserId,
    /// The login that it belongs to.
    pub fam: FamilyId,
    pub name: String,
    pub role: UserRole,
    pub iat: i64,
    pub exp: i64,
}

/// Why a token is no good.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    #[error("the access token has run out")]
    Expired,
    #[error("the access token is not one of this server's")]
    Invalid,
}

/// The keys: one signs, all verify.
pub struct TokenKeys {
    signing: EncodingKey,
    header: Header,
    verifying: Vec<(String, DecodingKey)>,
    lifetime_s: u32,
}

impl TokenKeys {
    /// `secret` signs; `previous` (empty: none) still verifies.
    pub fn new(secret: &Secret, previous: &Secret, lifetime_s: u32) -> Self {
        hs256::install();
        let named = |secret: &Secret| (name_of(secret), DecodingKey::from_secret(secret.expose().as_bytes()));
        let mut verifying = vec![named(secret)];
        if !previous.is_empty() {
            verifying.push(named(previous));
        }
        let mut header = Header::new(Algorithm::HS256);
        header.kid = Some(name_of(secret));
        Self { signing: EncodingKey::from_secret(secret.expose().as_bytes()), header, verifying, lifetime_s }
    }

    pub fn lifetime_s(&self) -> u32 {
        self.lifetime_s
    }

    pub fn sign(&self, user: &User, family: FamilyId, now: Moment) -> String {
        let iat = now.unix_ms().div_euclid(1000);
        let claims = AccessClaims {
            iss: ISSUER.to_owned(),
            sub: user.id,
            fam: family,
            name: user.name.clone(),
            role: user.role,
            iat,
            exp: iat + i64::from(self.lifetime_s),
        };
        encode(&self.header, &claims, &self.signing).expect("HS256 signs whatever becomes JSON")
    }

    pub fn verify(&self, token: &str) -> Result<AccessClaims, TokenError> {
        let kid = decode_header(token).map_err(|_| TokenError::Invalid)?.kid.ok_or(TokenError::Invalid)?;
        let (_, key) = self.verifying.iter().find(|(name, _)| *name == kid).ok_or(TokenError::Invalid)?;
        // The algorithm is ours to choose, whatever the token says of itself.
        let mut validation = Validation::new(Algorithm::HS256);
        validation.set_issuer(&[ISSUER]);
        validation.set_required_spec_claims(&["exp", "iss", "sub"]);
        validation.leeway = LEEWAY_S;
        match decode::<AccessClaims>(token, key, &validation) {
            Ok(token) => Ok(token.claims),
            Err(error) if matches!(error.kind(), ErrorKind::ExpiredSignature) => Err(TokenError::Expired),
            Err(_) => Err(TokenError::Invalid),
        }
    }
}

/// A key's name: says nothing about the key to whoever does not have it.
fn name_of(secret: &Secret) -> String {
    hex::encode(&Sha256::digest(format!("alfavoice key name {}", secret.expose()))[..6])
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;

    use super::*;

    fn secret(text: &str) -> Secret {
        Secret::new(text.to_owned())
    }

    fn user() -> User {
        User {
            id: UserId::new(),
            name: "anna".to_owned(),
            email: None,
            role: UserRole::Member,
            created_at: Moment::now(),
            disabled_at: None,
        }
    }

    fn keys(signing: &str, previous: &str) -> TokenKeys {
        TokenKeys::new(&secret(signing), &secret(previous), 900)
    }

    #[test]
    fn a_token_is_good_until_it_runs_out() {
        let (keys, user, family) = (keys("first key", ""), user(), FamilyId::new());
        let token = keys.sign(&user, family, Moment::now());
        let claims = keys.verify(&token).expect("it is fresh");
        assert_eq!((claims.sub, claims.fam, claims.role), (user.id, family, UserRole::Member));
        let old = keys.sign(&user, family, Moment::now().minus(std::time::Duration::from_secs(1000)));
        assert_eq!(keys.verify(&old), Err(TokenError::Expired));
    }

    #[test]
    fn a_key_that_was_replaced_still_verifies_and_a_foreign_one_never() {
        let old = keys("first key", "").sign(&user(), FamilyId::new(), Moment::now());
        assert!(keys("second key", "first key").verify(&old).is_ok());
        assert_eq!(keys("second key", "").verify(&old), Err(TokenError::Invalid));
        // The right name of a key, but signed with another.
        let mut forged = keys("wrong key", "");
        forged.header.kid = Some(name_of(&secret("first key")));
        let forged = forged.sign(&user(), FamilyId::new(), Moment::now());
        assert_eq!(keys("first key", "").verify(&forged), Err(TokenError::Invalid));
    }

    #[test]
    fn a_token_cannot_choose_its_algorithm_or_lose_its_signature() {
        let keys = keys("first key", "");
        let token = keys.sign(&user(), FamilyId::new(), Moment::now());
        let parts: Vec<&str> = token.split('.').collect();
        for algorithm in ["none", "None", "HS384", "HS512", "RS256", "ES256"] {
            let kid = name_of(&secret("first key"));
            let header = format!(r#"{{"typ":"JWT","alg":"{algorithm}","kid":"{kid}"}}"#);
            let header = URL_SAFE_NO_PAD.encode(header);
            for signature in ["", parts[2]] {
                let forged = format!("{header}.{}.{signature}", parts[1]);
                assert_eq!(keys.verify(&forged), Err(TokenError::Invalid), "{algorithm}");
            }
        }
        assert_eq!(keys.verify(&format!("{}.{}.", parts[0], parts[1])), Err(TokenError::Invalid));
        for nonsense in ["", ".", "..", "a.b.c", "no token"] {
            assert_eq!(keys.verify(nonsense), Err(TokenError::Invalid), "{nonsense}");
        }
    }
}
