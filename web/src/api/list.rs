//! Every address of the API, once.

use actix_web::web::{self, ServiceConfig};
use utoipa::OpenApi;

use super::document::Finishing;
use super::{
    admin, auth, cleaning, document, export, file_results, history, jobs, keys, logins, placement, recordings,
    requests, settings, settings_schema, usage, vocabulary,
};

macro_rules! addresses {
    ($($module:ident :: $handler:ident,)*) => {
        /// Serves all of it.
        pub fn configure(routes: &mut ServiceConfig) {
            requests::configure(routes);
            $(routes.service($module::$handler);)*
            routes.service(web::resource("/api/openapi.json").route(web::get().to(document::openapi)));
            routes.service(web::resource("/api/docs").route(web::get().to(document::page)));
            routes.service(web::resource("/api/docs.css").route(web::get().to(document::style)));
        }

        #[derive(OpenApi)]
        #[openapi(
            paths($($module::$handler),*),
            modifiers(&Finishing),
            security(("bearer" = []))
        )]
        pub struct Document;
    };
}

addresses! {
    auth::server_facts,
    auth::register,
    auth::login,
    auth::refresh,
    auth::logout,
    logins::logout_all,
    logins::me,
    logins::list,
    logins::end,
    logins::change_password,
    logins::ticket,
    history::page,
    history::get,
    history::change,
    history::remove,
    history::restore,
    history::audio,
    cleaning::clean,
    export::export,
    settings::get,
    settings::put,
    settings::post,
    settings_schema::schema,
    vocabulary::dictionary_list,
    vocabulary::dictionary_put,
    vocabulary::dictionary_import,
    vocabulary::dictionary_remove,
    vocabulary::snippet_list,
    vocabulary::snippet_put,
    vocabulary::snippet_import,
    vocabulary::snippet_remove,
    keys::list,
    keys::create,
    keys::revoke,
    usage::usage,
    recordings::create,
    recordings::get,
    recordings::data,
    file_results::get,
    file_results::remove,
    jobs::page,
    jobs::get,
    jobs::cancel,
    admin::users,
    admin::change_user,
    admin::remove_user,
    admin::invites,
    admin::invite,
    admin::revoke_invite,
    admin::audit,
    placement::placement,
}
