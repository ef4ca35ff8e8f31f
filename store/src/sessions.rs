//! Logins: refresh tokens that replace each other, and one-time tickets.
//!
//! A login is a family of tokens. Each refresh uses up the presented token and issues the next. A token that is
//! presented a second time was stolen (or its thief was faster): the whole family ends, and both must log in again.

use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, DatabaseTransaction, EntityTrait, IntoActiveModel, QueryFilter,
    QueryOrder, Value,
};
use serde::{Deserialize, Serialize};

use crate::connection::Store;
use crate::entity::people::{refresh_tokens, tickets, token_families, users};
use crate::error::{Result, StoreError};
use crate::ids::{FamilyId, UserId};
use crate::moment::Moment;
use crate::users::User;
use crate::values::{SecretHash, text};

/// A login as its owner sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Login {
    pub id: FamilyId,
    /// What the client said it is ("Firefox on Linux").
    pub client: String,
    pub created_at: Moment,
    pub last_used_at: Moment,
    pub expires_at: Moment,
    pub ended_at: Option<Moment>,
    /// `logout`, `reuse`, `password`, `disabled`, ...
    pub end_reason: Option<String>,
}

/// What came of presenting a refresh token. Only the first lets somebody in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Rotation {
    /// The token is used up and its replacement stands.
    Rotated {
        user: User,
        family: FamilyId,
    },
    /// It had been used before; its family is ended now.
    Reused {
        user: UserId,
        family: FamilyId,
    },
    Expired,
    /// The login was ended before.
    Ended,
    /// The user may not log in any more.
    Disabled,
    Unknown,
}

/// Whom a one-time ticket lets in, and to what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ticket {
    pub user: User,
    pub scopes: Vec<String>,
}

/// The logins of a store.
#[derive(Clone, Copy)]
pub struct Sessions<'s> {
    store: &'s Store,
}

impl Store {
    pub fn sessions(&self) -> Sessions<'_> {
        Sessions { store: self }
    }
}

impl Sessions<'_> {
    /// Begins a login with its first refresh token.
    pub async fn open(
        &self,
        owner: UserId,
        token: SecretHash,
        client: &str,
        now: Moment,
        expires_at: Moment,
    ) -> Result<FamilyId> {
        let id = FamilyId::new();
        let family = token_families::Model {
            id: id.as_uuid(),
            user_id: owner.as_uuid(),
            client: text(client),
            created_at: now.unix_ms(),
            last_used_at: now.unix_ms(),
            expires_at: expires_at.unix_ms(),
            ended_at: None,
            end_reason: None,
        };
        let tx = self.store.begin().await?;
        token_families::Entity::insert(family.into_active_model().reset_all()).exec_without_returning(&tx).await?;
        issue(&tx, id, token, now, expires_at).await?;
        tx.commit().await?;
        Ok(id)
    }

    /// Uses up `presented` and puts `replacement` in its place, valid until `expires_at`. Of two at once one wins and
    /// the other counts as reuse.
    pub async fn rotate(
        &self,
        presented: SecretHash,
        replacement: SecretHash,
        now: Moment,
        expires_at: Moment,
    ) -> Result<Rotation> {
        let tx = self.store.begin().await?;
        let used = refresh_tokens::Entity::update_many()
            .col_expr(refresh_tokens::Column::UsedAt, Expr::value(now.unix_ms()))
            .filter(refresh_tokens::Column::Hash.eq(presented.bytes()))
            .filter(refresh_tokens::Column::UsedAt.is_null())
            .exec(&tx)
            .await?;
        let Some(token) = refresh_tokens::Entity::find_by_id(presented.bytes()).one(&tx).await? else {
            return Ok(Rotation::Unknown);
        };
        let family = token_families::Entity::find_by_id(token.family_id).one(&tx).await?;
        let family = family.ok_or(StoreError::NotFound { what: "login" })?;
        let id = FamilyId::from_uuid(family.id);
        let outcome = if used.rows_affected == 0 {
            end(&tx, &family, "reuse", now).await?;
            Rotation::Reused { user: UserId::from_uuid(family.user_id), family: id }
        } else if family.ended_at.is_some() {
            Rotation::Ended
        } else if token.expires_at <= now.unix_ms() || family.expires_at <= now.unix_ms() {
            Rotation::Expired
        } else {
            let user = users::Entity::find_by_id(family.user_id).one(&tx).await?.map(User::from);
            match user {
                Some(user) if user.disabled_at.is_none() => {
                    issue(&tx, id, replacement, now, expires_at).await?;
                    extend(&tx, id, now, expires_at).await?;
                    Rotation::Rotated { user, family: id }
                }
                _ => Rotation::Disabled,
            }
        };
        tx.commit().await?;
        Ok(outcome)
    }

    /// All logins of the owner that are neither ended nor out of date, newest first.
    pub async fn list(&self, owner: UserId, now: Moment) -> Result<Vec<Login>> {
        let rows = token_families::Entity::find()
            .filter(token_families::Column::UserId.eq(owner.as_uuid()))
            .filter(token_families::Column::EndedAt.is_null())
            .filter(token_families::Column::ExpiresAt.gt(now.unix_ms()))
            .order_by_desc(token_families::Column::Id)
            .all(self.store.reader())
            .await?;
        Ok(rows.into_iter().map(Login::from).collect())
    }

    /// Whether an access token of this login is still good, although it has not run out.
    pub async fn is_live(&self, owner: UserId, family: FamilyId, now: Moment) -> Result<bool> {
        let row = token_families::Entity::find_by_id(family.as_uuid())
            .filter(token_families::Column::UserId.eq(owner.as_uuid()))
            .one(self.store.reader())
            .await?;
        Ok(row.is_some_and(|row| row.ended_at.is_none() && row.expires_at > now.unix_ms()))
    }

    /// Logout of one login; whether it was the owner's and not ended.
    pub async fn end(&self, owner: UserId, family: FamilyId, now: Moment) -> Result<bool> {
        let ended = end_where(token_families::Column::Id.eq(family.as_uuid()), owner, "logout", now);
        Ok(ended.exec(self.store.writer()).await?.rows_affected > 0)
    }

    /// Logout by the refresh token itself; whose it was, if it was anybody's.
    pub async fn end_by_token(&self, token: SecretHash, now: Moment) -> Result<Option<UserId>> {
        let tx = self.store.begin().await?;
        let Some(token) = refresh_tokens::Entity::find_by_id(token.bytes()).one(&tx).await? else {
            return Ok(None);
        };
        let Some(family) = token_families::Entity::find_by_id(token.family_id).one(&tx).await? else {
            return Ok(None);
        };
        end(&tx, &family, "logout", now).await?;
        tx.commit().await?;
        Ok(Some(UserId::from_uuid(family.user_id)))
    }

    /// Logout everywhere; how many logins that ended.
    pub async fn end_all(&self, owner: UserId, now: Moment) -> Result<u64> {
        end_all_of(self.store.writer(), owner, "logout everywhere", now).await
    }

    /// A ticket that lets the owner in once, until `expires_at`.
    pub async fn issue_ticket(
        &self,
        owner: UserId,
        ticket: SecretHash,
        scopes: &[String],
        expires_at: Moment,
    ) -> Result<()> {
        let row = tickets::Model {
            hash: ticket.bytes(),
            user_id: owner.as_uuid(),
            scopes: join_scopes(scopes)?,
            expires_at: expires_at.unix_ms(),
        };
        tickets::Entity::insert(row.into_active_model().reset_all())
            .exec_without_returning(self.store.writer())
            .await?;
        Ok(())
    }

    /// Uses the ticket up. None when it is unknown, used, out of date or its user is disabled.
    pub async fn redeem_ticket(&self, ticket: SecretHash, now: Moment) -> Result<Option<Ticket>> {
        let taken = self.store.statement(
            "DELETE FROM tickets WHERE hash = $1 RETURNING user_id, scopes, expires_at",
            [Value::from(ticket.bytes())],
        );
        let Some(row) = self.store.writer().query_one_raw(taken).await? else {
            return Ok(None);
        };
        if row.try_get::<i64>("", "expires_at")? <= now.unix_ms() {
            return Ok(None);
        }
        let scopes = split_scopes(&row.try_get::<String>("", "scopes")?);
        let user = self.store.users().get(UserId::from_uuid(row.try_get("", "user_id")?)).await?;
        Ok(user.filter(|user| user.disabled_at.is_none()).map(|user| Ticket { user, scopes }))
    }
}

/// Ends every login of the user inside somebody's transaction.
pub(crate) async fn end_all_of(
    db: &impl ConnectionTrait,
    owner: UserId,
    reason: &'static str,
    now: Moment,
) -> Result<u64> {
    let all = end_where(token_families::Column::UserId.eq(owner.as_uuid()), owner, reason, now);
    Ok(all.exec(db).await?.rows_affected)
}

/// Scopes are words; in the table they stand in one line.
pub(crate) fn join_scopes(scopes: &[String]) -> Result<String> {
    let odd = |scope: &&String| scope.is_empty() || !scope.bytes().all(|b| b.is_ascii_graphic());
    match scopes.iter().find(odd) {
        Some(scope) => Err(StoreError::invalid("scopes", format!("`{}` is no scope", scope.escape_debug()))),
        None => Ok(scopes.join(" ")),
    }
}

pub(crate) fn split_scopes(kept: &str) -> Vec<String> {
    kept.split_whitespace().map(str::to_owned).collect()
}

fn end_where(
    which: sea_orm::sea_query::SimpleExpr,
    owner: UserId,
    reason: &'static str,
    now: Moment,
) -> sea_orm::UpdateMany<token_families::Entity> {
    token_families::Entity::update_many()
        .col_expr(token_families::Column::EndedAt, Expr::value(now.unix_ms()))
        .col_expr(token_families::Column::EndReason, Expr::value(reason))
        .filter(which)
        .filter(token_families::Column::UserId.eq(owner.as_uuid()))
        .filter(token_families::Column::EndedAt.is_null())
}

async fn end(
    tx: &DatabaseTransaction,
    family: &token_families::Model,
    reason: &'static str,
    now: Moment,
) -> Result<()> {
    let one = end_where(token_families::Column::Id.eq(family.id), UserId::from_uuid(family.user_id), reason, now);
    one.exec(tx).await?;
    Ok(())
}

async fn issue(
    tx: &DatabaseTransaction,
    family: FamilyId,
    token: SecretHash,
    now: Moment,
    expires_at: Moment,
) -> Result<()> {
    let row = refresh_tokens::Model {
        hash: token.bytes(),
        family_id: family.as_uuid(),
        issued_at: now.unix_ms(),
        expires_at: expires_at.unix_ms(),
        used_at: None,
    };
    refresh_tokens::Entity::insert(row.into_active_model().reset_all()).exec_without_returning(tx).await?;
    Ok(())
}

async fn extend(tx: &DatabaseTransaction, family: FamilyId, now: Moment, expires_at: Moment) -> Result<()> {
    token_families::Entity::update_many()
        .col_expr(token_families::Column::LastUsedAt, Expr::value(now.unix_ms()))
        .col_expr(token_families::Column::ExpiresAt, Expr::value(expires_at.unix_ms()))
        .filter(token_families::Column::Id.eq(family.as_uuid()))
        .exec(tx)
        .await?;
    Ok(())
}

impl From<token_families::Model> for Login {
    fn from(row: token_families::Model) -> Self {
        Self {
            id: FamilyId::from_uuid(row.id),
            client: row.client,
            created_at: Moment::from_unix_ms(row.created_at),
            last_used_at: Moment::from_unix_ms(row.last_used_at),
            expires_at: Moment::from_unix_ms(row.expires_at),
            ended_at: row.ended_at.map(Moment::from_unix_ms),
            end_reason: row.end_reason,
        }
    }
}
