//! The tables as SeaORM sees them. Nothing of this leaves the package: each module turns rows into its own types.
//!
//! Columns that only SQL touches (`stems`, PostgreSQL's `search`) are not here, so no query drags them along.

pub mod people;
pub mod recordings;
pub mod vocabulary;
pub mod work;

/// Declares the table `$table` with its columns; every table here is used without SeaORM's relations.
macro_rules! table {
    ($module:ident, $table:literal, { $($(#[$attribute:meta])* $column:ident: $type:ty,)* }) => {
        pub mod $module {
            use sea_orm::entity::prelude::*;

            #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
            #[sea_orm(table_name = $table)]
            pub struct Model {
                $($(#[$attribute])* pub $column: $type,)*
            }

            #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
            pub enum Relation {}

            impl ActiveModelBehavior for ActiveModel {}
        }
    };
}
pub(crate) use table;
