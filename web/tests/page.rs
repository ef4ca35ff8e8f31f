//! The page: served whole, kept by browsers, and under a policy that lets nothing foreign in.

mod support;

use actix_web::http::header;
use support::TestServer;

/// What a page names with `src` and `href`.
fn named(page: &str) -> Vec<String> {
    let attribute = |name: &str| {
        let parts: Vec<String> =
            page.split(name).skip(1).filter_map(|rest| rest.split('"').next().map(str::to_owned)).collect();
        parts
    };
    [attribute("src=\""), attribute("href=\"")].concat()
}

#[actix_rt::test]
async fn the_page_and_everything_that_it_names_is_there() {
    let server = TestServer::start_unready(&[], &[]);
    let (status, page) = server.get("/").await;
    assert_eq!(status, 200);
    assert!(page.contains("<title>AlfaVoice</title>"));
    let files = named(&page);
    assert!(files.len() >= 2, "{page}");
    for file in files {
        assert!(file.starts_with('/'), "`{file}` is not of this server");
        assert_eq!(server.get(&file).await.0, 200, "{file}");
    }
}

#[actix_rt::test]
async fn the_page_takes_nothing_from_elsewhere_and_is_asked_for_once() {
    let server = TestServer::start_unready(&[], &[]);
    let client = awc::Client::new();
    let answer = client.get(server.url("/")).send().await.expect("the server answers");
    let policy = answer.headers().get(header::CONTENT_SECURITY_POLICY).expect("a policy").to_str().unwrap();
    assert!(policy.starts_with("default-src 'none'") && policy.contains("script-src 'self';"), "{policy}");
    assert!(!policy.contains("unsafe") && !policy.contains("http:") && !policy.contains('*'), "{policy}");
    let tag = answer.headers().get(header::ETAG).expect("a tag").clone();
    let again = client.get(server.url("/")).insert_header((header::IF_NONE_MATCH, tag)).send().await.unwrap();
    assert_eq!(again.status().as_u16(), 304);
}
