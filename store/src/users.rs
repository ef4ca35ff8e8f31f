//! People: who there is, what they may do, how they are removed with all that is theirs.

use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, IntoActiveModel, PaginatorTrait, QueryFilter,
    QueryOrder, QuerySelect,
};
use serde::{Deserialize, Serialize};

use crate::audio;
use crate::connection::Store;
use crate::entity::people::{invites, users};
use crate::error::{Result, StoreError, is_unique_violation};
use crate::ids::UserId;
use crate::moment::Moment;
use crate::search::fold;
use crate::sessions;
use crate::values::{SecretHash, check_label, optional_text, text};

/// What a person may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UserRole {
    /// Their own things, and reading the team's.
    Member,
    /// Also the team's things, other users and the audit log.
    Admin,
}

impl UserRole {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Member => "member",
            Self::Admin => "admin",
        }
    }

    pub(crate) fn read(kept: &str) -> Self {
        // The schema allows only these two; less power is the safe reading.
        if kept == "admin" { Self::Admin } else { Self::Member }
    }
}

/// A person as others may see them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct User {
    pub id: UserId,
    pub name: String,
    pub email: Option<String>,
    pub role: UserRole,
    pub created_at: Moment,
    pub disabled_at: Option<Moment>,
}

/// A person to be created.
#[derive(Debug, Clone)]
pub struct NewUser {
    /// Unique whatever its case; no `@`, so that it can never be taken for somebody's address.
    pub name: String,
    pub email: Option<String>,
    /// A PHC string (Argon2id); none for a user who cannot log in with a password.
    pub password_hash: Option<String>,
    pub role: UserRole,
}

/// What a login is checked against.
#[derive(Debug, Clone)]
pub struct Credentials {
    pub user: User,
    pub password_hash: Option<String>,
}

/// What came of registering with an invite.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Registration {
    Registered(User),
    /// Unknown, used, revoked or out of date.
    InviteRefused,
}

/// The users of a store.
#[derive(Clone, Copy)]
pub struct Users<'s> {
    store: &'s Store,
}

impl Store {
    pub fn users(&self) -> Users<'_> {
        Users { store: self }
    }
}

impl Users<'_> {
    /// Fails with `Taken` when name or address is in use.
    pub async fn create(&self, new: &NewUser, now: Moment) -> Result<User> {
        insert(self.store.writer(), new, now).await
    }

    /// Creates a user and uses up the invite, both or neither. The invite decides the role.
    pub async fn register(&self, new: &NewUser, invite: SecretHash, now: Moment) -> Result<Registration> {
        let tx = self.store.begin().await?;
        let open = invites::Entity::find()
            .filter(invites::Column::CodeHash.eq(invite.bytes()))
            .filter(invites::Column::UsedAt.is_null())
            .filter(invites::Column::RevokedAt.is_null())
            .filter(invites::Column::ExpiresAt.gt(now.unix_ms()));
        let Some(found) = open.one(&tx).await? else {
            return Ok(Registration::InviteRefused);
        };
        let user = insert(&tx, &NewUser { role: UserRole::read(&found.role), ..new.clone() }, now).await?;
        // Two may have found it open; only one of them still finds it unused here.
        let claimed = invites::Entity::update_many()
            .col_expr(invites::Column::UsedAt, Expr::value(now.unix_ms()))
            .col_expr(invites::Column::UsedBy, Expr::value(user.id.as_uuid()))
            .filter(invites::Column::Id.eq(found.id))
            .filter(invites::Column::UsedAt.is_null())
            .exec(&tx)
            .await?;
        if claimed.rows_affected == 0 {
            return Ok(Registration::InviteRefused);
        }
        tx.commit().await?;
        Ok(Registration::Registered(user))
    }

    /// The user of this name without a password, created if there is none: the development profile's own user.
    pub async fn ensure_local(&self, name: &str, now: Moment) -> Result<User> {
        let new = NewUser { name: name.to_owned(), email: None, password_hash: None, role: UserRole::Admin };
        match self.create(&new, now).await {
            Err(StoreError::Taken { .. }) => {
                let found = self.by_login(name).await?;
                found.map(|found| found.user).ok_or(StoreError::NotFound { what: "user" })
            }
            created => created,
        }
    }

    pub async fn get(&self, id: UserId) -> Result<Option<User>> {
        Ok(users::Entity::find_by_id(id.as_uuid()).one(self.store.reader()).await?.map(User::from))
    }

    /// By name or address, in any case.
    pub async fn by_login(&self, login: &str) -> Result<Option<Credentials>> {
        let key = text(fold(login));
        let column = if key.contains('@') { users::Column::EmailKey } else { users::Column::NameKey };
        let row = users::Entity::find().filter(column.eq(key)).one(self.store.reader()).await?;
        Ok(row.map(|row| Credentials { password_hash: row.password_hash.clone(), user: row.into() }))
    }

    /// In the order of creation, after `after`.
    pub async fn page(&self, after: Option<UserId>, limit: u32) -> Result<Vec<User>> {
        let mut query = users::Entity::find().order_by_asc(users::Column::Id).limit(u64::from(limit));
        if let Some(after) = after {
            query = query.filter(users::Column::Id.gt(after.as_uuid()));
        }
        Ok(query.all(self.store.reader()).await?.into_iter().map(User::from).collect())
    }

    pub async fn count(&self) -> Result<u64> {
        Ok(users::Entity::find().count(self.store.reader()).await?)
    }

    /// Also ends every login, because somebody else may have one.
    pub async fn set_password(&self, id: UserId, password_hash: &str, now: Moment) -> Result<()> {
        self.change(id, users::Column::PasswordHash, Some(password_hash.to_owned()).into(), now, Some("password")).await
    }

    pub async fn set_role(&self, id: UserId, role: UserRole, now: Moment) -> Result<()> {
        self.change(id, users::Column::Role, role.as_str().into(), now, None).await
    }

    /// A disabled user keeps everything and gets in nowhere; their logins end.
    pub async fn disable(&self, id: UserId, now: Moment) -> Result<()> {
        self.change(id, users::Column::DisabledAt, Some(now.unix_ms()).into(), now, Some("disabled")).await
    }

    pub async fn enable(&self, id: UserId, now: Moment) -> Result<()> {
        self.change(id, users::Column::DisabledAt, None::<i64>.into(), now, None).await
    }

    /// Removes the user with all that is theirs. Their sound files are then waiting in `audio().doomed()`.
    pub async fn remove(&self, id: UserId, now: Moment) -> Result<()> {
        let tx = self.store.begin().await?;
        audio::doom_all_of(&tx, id, now).await?;
        let gone = users::Entity::delete_by_id(id.as_uuid()).exec(&tx).await?;
        if gone.rows_affected == 0 {
            return Err(StoreError::NotFound { what: "user" });
        }
        Ok(tx.commit().await?)
    }

    async fn change(
        &self,
        id: UserId,
        column: users::Column,
        value: sea_orm::Value,
        now: Moment,
        ends_logins: Option<&'static str>,
    ) -> Result<()> {
        let tx = self.store.begin().await?;
        let changed = users::Entity::update_many()
            .col_expr(column, Expr::value(value))
            .filter(users::Column::Id.eq(id.as_uuid()))
            .exec(&tx)
            .await?;
        if changed.rows_affected == 0 {
            return Err(StoreError::NotFound { what: "user" });
        }
        if let Some(reason) = ends_logins {
            sessions::end_all_of(&tx, id, reason, now).await?;
        }
        Ok(tx.commit().await?)
    }
}

async fn insert(db: &impl ConnectionTrait, new: &NewUser, now: Moment) -> Result<User> {
    check_label("name", &new.name, 64)?;
    if new.name.contains('@') {
        return Err(StoreError::invalid("name", "it contains `@`"));
    }
    if let Some(email) = &new.email {
        check_label("email", email, 254)?;
        if !email.contains('@') {
            return Err(StoreError::invalid("email", "it contains no `@`"));
        }
    }
    let row = users::Model {
        id: UserId::new().as_uuid(),
        name: text(new.name.trim()),
        name_key: text(fold(&new.name)),
        email: optional_text(new.email.as_deref().map(str::trim)),
        email_key: new.email.as_deref().map(|email| text(fold(email))),
        password_hash: new.password_hash.clone(),
        role: new.role.as_str().to_owned(),
        created_at: now.unix_ms(),
        disabled_at: None,
    };
    let taken = |error: DbErr| match is_unique_violation(&error) {
        true if error.to_string().contains("email") => {
            StoreError::Taken { what: new.email.clone().unwrap_or_default() }
        }
        true => StoreError::Taken { what: new.name.clone() },
        false => error.into(),
    };
    let active = row.clone().into_active_model().reset_all();
    users::Entity::insert(active).exec_without_returning(db).await.map_err(taken)?;
    Ok(row.into())
}

impl From<users::Model> for User {
    fn from(row: users::Model) -> Self {
        Self {
            id: UserId::from_uuid(row.id),
            name: row.name,
            email: row.email,
            role: UserRole::read(&row.role),
            created_at: Moment::from_unix_ms(row.created_at),
            disabled_at: row.disabled_at.map(Moment::from_unix_ms),
        }
    }
}
