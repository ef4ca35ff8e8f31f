//! `[auth]`: who may come in.

use crate::secret::Secret;

section! {
    /// Who may come in.
    Auth "auth" {
        /// Key that signs access tokens. Production wants at least 32 characters of its own
        /// (`openssl rand -base64 48`), best given as JWT_SECRET.
        jwt_secret: Secret = "";
    }
}
