//! Which database a test's server has: an SQLite file of its own, or (in the target `on_postgres`) a database of its own
//! in one private PostgreSQL.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use store::testing::PrivatePostgres;

/// Whether this is the run on PostgreSQL.
pub fn is_postgres() -> bool {
    env!("CARGO_CRATE_NAME") == "on_postgres" && postgres().is_some()
}

/// The address of a new database, where it is not the file in the data folder.
pub fn another() -> Option<String> {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    if !is_postgres() {
        return None;
    }
    let name = format!("voice_{}", NEXT.fetch_add(1, Ordering::Relaxed));
    let postgres = postgres()?;
    postgres.create_database(&name, None).expect("a database");
    Some(postgres.url(&name))
}

/// One for the whole run; it dies with the process.
fn postgres() -> Option<&'static PrivatePostgres> {
    static POSTGRES: OnceLock<Option<PrivatePostgres>> = OnceLock::new();
    let start = || match PrivatePostgres::start() {
        Ok(postgres) => Some(postgres),
        Err(reason) => {
            skipped("on_postgres", &reason.to_string());
            None
        }
    };
    POSTGRES.get_or_init(start).as_ref()
}

/// Says loudly that something could not be tried here.
pub fn skipped(name: &str, reason: &str) {
    eprintln!("SKIPPED {name}: {reason}");
    if let Some(list) = std::env::var_os("ALFAVOICE_SKIPPED") {
        let file = std::fs::OpenOptions::new().create(true).append(true).open(list);
        let _ = file.and_then(|mut file| std::io::Write::write_all(&mut file, format!("{name}: {reason}\n").as_bytes()));
    }
}
