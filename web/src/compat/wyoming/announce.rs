//! Tells the local network by mDNS that we are here.

use std::net::SocketAddr;

use mdns_sd::{ServiceDaemon, ServiceInfo};
use tracing::{info, warn};

const SERVICE: &str = "_wyoming._tcp.local.";

/// Withdraws the announcement when it is dropped.
pub struct Announcement(ServiceDaemon);

/// None where nobody could reach us, or where the network does not let us.
pub fn announce(address: SocketAddr) -> Option<Announcement> {
    if address.ip().is_loopback() {
        return None;
    }
    let name = format!("alfavoice-{}", address.port());
    let properties: [(&str, &str); 0] = [];
    let everywhere = address.ip().is_unspecified();
    let ip = if everywhere { String::new() } else { address.ip().to_string() };
    let announced = ServiceDaemon::new().and_then(|daemon| {
        let info =
            ServiceInfo::new(SERVICE, &name, &format!("{name}.local."), ip.as_str(), address.port(), &properties[..])?;
        daemon.register(if everywhere { info.enable_addr_auto() } else { info })?;
        Ok(Announcement(daemon))
    });
    match announced {
        Ok(announcement) => {
            info!(name, "announced in the local network");
            Some(announcement)
        }
        Err(error) => {
            warn!(%error, "the server could not be announced in the local network; clients need its address");
            None
        }
    }
}

impl Drop for Announcement {
    fn drop(&mut self) {
        let _ = self.0.shutdown();
    }
}
