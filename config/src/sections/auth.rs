//! `[auth]`: who may come in.

use crate::secret::Secret;
use crate::value::choice;

choice! {
    /// Who may make an account for themselves.
    Registration { Open = "open", Invite = "invite", Closed = "closed" }
}

section! {
    /// Who may come in.
    Auth "auth" {
        /// Key that signs access tokens. Production wants at least 32 characters of its own
        /// (`openssl rand -base64 48`), best given as JWT_SECRET.
        jwt_secret: Secret = "";
        /// The key before, while it is being replaced: tokens that it signed stay good until they run out.
        jwt_previous_secret: Secret = "";
        /// How long an access token is good. Clients renew it by themselves.
        access_token_minutes: u16 = 15, unit "minutes", range 1..=1440;
        /// How long a login that is not used stays good.
        refresh_token_days: u16 = 30, unit "days", range 1..=365;
        /// Who may make an account: everybody, who has an invite, or nobody (`alfavoice user add` always works).
        registration: Registration = "invite";
        /// Lets everybody in as one local user, an admin without a password. For trying out on one machine; production
        /// refuses it.
        local_user: bool = false;
        /// Passwords that are checked at the same time. Each takes a core for a moment and 19 MiB.
        password_checks: u16 = 2, unit "checks", range 1..=64;
        /// Wrong passwords for one name, and from one address, in a minute; further ones have to wait.
        login_attempts_per_minute: u16 = 10, unit "attempts", range 1..=10_000;
    }
}
