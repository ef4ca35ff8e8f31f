//! `alfavoice user`

use std::io::{BufRead as _, IsTerminal as _};

use anyhow::{Context as _, bail};
use clap::{Args, Subcommand, ValueEnum};
use config::Settings;
use store::{AuditRecord, Moment, NewUser, Store, User, UserRole};

use super::database::with_store;
use super::options::SettingsOptions;
use crate::auth::{Passwords, weakness_of};

#[derive(Debug, Args)]
pub struct UserCommand {
    #[command(subcommand)]
    action: UserAction,
}

#[derive(Debug, Subcommand)]
enum UserAction {
    /// Make an account; the password is asked for, or read from standard input
    Add {
        name: String,
        #[arg(long)]
        email: Option<String>,
        #[arg(long, value_enum, default_value_t)]
        role: Role,
    },
    /// Show everybody
    List,
    /// Lock somebody out; everything of theirs stays
    Disable { name: String },
    /// Let somebody in again
    Enable { name: String },
    /// Set a new password; all logins end
    Passwd { name: String },
}

#[derive(Debug, Clone, Copy, Default, ValueEnum)]
enum Role {
    #[default]
    Member,
    Admin,
}

impl UserCommand {
    pub fn run(self, options: &SettingsOptions) -> anyhow::Result<()> {
        with_store(options, true, async |settings, store| match self.action {
            UserAction::Add { name, email, role } => add(settings, store, name, email, role).await,
            UserAction::List => list(store).await,
            UserAction::Disable { name } => {
                let user = find(store, &name).await?;
                store.users().disable(user.id, Moment::now()).await?;
                note(store, "user.disabled", &user).await?;
                println!("`{}` is locked out; their logins have ended", user.name);
                Ok(())
            }
            UserAction::Enable { name } => {
                let user = find(store, &name).await?;
                store.users().enable(user.id, Moment::now()).await?;
                note(store, "user.enabled", &user).await?;
                println!("`{}` may come in again", user.name);
                Ok(())
            }
            UserAction::Passwd { name } => {
                let user = find(store, &name).await?;
                let hash = hash(settings, &user.name).await?;
                store.users().set_password(user.id, &hash, Moment::now()).await?;
                note(store, "password.changed", &user).await?;
                println!("`{}` has a new password; their logins have ended", user.name);
                Ok(())
            }
        })
    }
}

async fn add(settings: &Settings, store: &Store, name: String, email: Option<String>, role: Role) -> anyhow::Result<()> {
    let role = match role {
        Role::Member => UserRole::Member,
        Role::Admin => UserRole::Admin,
    };
    let password_hash = Some(hash(settings, &name).await?);
    let user = store.users().create(&NewUser { name, email, password_hash, role }, Moment::now()).await?;
    note(store, "user.created", &user).await?;
    println!("`{}` can log in now", user.name);
    Ok(())
}

async fn list(store: &Store) -> anyhow::Result<()> {
    let mut after = None;
    loop {
        let users = store.users().page(after, 200).await?;
        let Some(last) = users.last() else { return Ok(()) };
        after = Some(last.id);
        for user in users {
            let role = if user.role == UserRole::Admin { "admin" } else { "member" };
            let state = if user.disabled_at.is_some() { "disabled" } else { "" };
            println!("{}  {:24}  {role:6}  {}  {state}", user.id, user.name, user.email.unwrap_or_default());
        }
    }
}

async fn find(store: &Store, name: &str) -> anyhow::Result<User> {
    let found = store.users().by_login(name).await?;
    found.map(|found| found.user).with_context(|| format!("there is nobody called `{name}`; see `alfavoice user list`"))
}

async fn hash(settings: &Settings, name: &str) -> anyhow::Result<String> {
    let password = read_password()?;
    if let Some(weakness) = weakness_of(&password, name) {
        bail!("the password is too weak: {weakness}; take a sentence of several words");
    }
    Ok(Passwords::new(usize::from(settings.auth.password_checks)).hash(&password).await?)
}

/// Never from the command line: that can be read by everybody on the machine.
fn read_password() -> anyhow::Result<String> {
    if !std::io::stdin().is_terminal() {
        let mut line = String::new();
        std::io::stdin().lock().read_line(&mut line).context("cannot read the password from standard input")?;
        return Ok(line.trim_end_matches(['\n', '\r']).to_owned());
    }
    let once = rpassword::prompt_password("Password: ").context("cannot read the password")?;
    let again = rpassword::prompt_password("Once more: ").context("cannot read the password")?;
    if once != again {
        bail!("the two are not the same; nothing was changed");
    }
    Ok(once)
}

async fn note(store: &Store, action: &str, user: &User) -> anyhow::Result<()> {
    let record = AuditRecord {
        action: action.to_owned(),
        subject: user.id.to_string(),
        details: "from the command line".to_owned(),
        ..AuditRecord::default()
    };
    store.audit().append(&record, Moment::now()).await?;
    Ok(())
}
