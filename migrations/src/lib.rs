//! The schema's history, one file per concept, for SQLite and PostgreSQL alike.
//!
//! `store` runs it; nobody else needs to. A migration that has been released is never edited: a change is a new file
//! at the end of the list. The names are what the database remembers, so they are written out here.

use sea_orm_migration::{MigrationTrait, MigratorTrait, async_trait};

mod dialect;
mod m0001_people;
mod m0002_sessions;
mod m0003_api_keys;
mod m0004_settings;
mod m0005_transcripts;
mod m0006_vocabulary;
mod m0007_usage;
mod m0008_jobs;
mod m0009_audit;

/// Every migration in the order in which they are applied.
pub struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m0001_people::Migration),
            Box::new(m0002_sessions::Migration),
            Box::new(m0003_api_keys::Migration),
            Box::new(m0004_settings::Migration),
            Box::new(m0005_transcripts::Migration),
            Box::new(m0006_vocabulary::Migration),
            Box::new(m0007_usage::Migration),
            Box::new(m0008_jobs::Migration),
            Box::new(m0009_audit::Migration),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique_and_in_order() {
        let names: Vec<String> = Migrator::migrations().iter().map(|m| m.name().to_owned()).collect();
        let mut sorted = names.clone();
        sorted.sort();
        sorted.dedup();
        assert_eq!(names, sorted);
    }
}
