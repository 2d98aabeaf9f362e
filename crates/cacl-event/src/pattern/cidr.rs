//! Blocks of IP addresses.

use core::net::IpAddr;

use super::error::Refusal;

/// A block such as `192.0.2.0/24` or `2001:db8::/32`.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Cidr {
    network: IpAddr,
    bits: u32,
}

impl Cidr {
    pub(super) fn parse(block: &str) -> Result<Self, Refusal> {
        const ALLOWED: &str = "write \"192.0.2.0/24\" or \"2001:db8::/32\"";
        let Some((network, bits)) = block.split_once('/').filter(|(_, bits)| !bits.contains('/')) else {
            return Err(Refusal::new("Malformed CIDR, one '/' required", ALLOWED));
        };
        let bits: i32 =
            bits.parse().map_err(|_| Refusal::new("Malformed CIDR, mask bits must be an integer", ALLOWED))?;
        let bits =
            u32::try_from(bits).map_err(|_| Refusal::new("Malformed CIDR, mask bits must not be negative", ALLOWED))?;
        let network: IpAddr =
            network.parse().map_err(|_| Refusal::new(format!("Nonstandard IP address: {network}"), ALLOWED))?;
        let (family, width) = match network {
            IpAddr::V4(_) => ("IPv4", 32),
            IpAddr::V6(_) => ("IPv6", 128),
        };
        if bits >= width {
            let reason = format!("{family} mask bits must be < {width}");
            return Err(Refusal::new(reason, "for one address, list the address itself instead of a cidr"));
        }
        Ok(Self { network, bits })
    }

    /// Whether the text is an address of this block.
    pub(super) fn contains(&self, address: &str) -> bool {
        match (self.network, address.parse()) {
            (IpAddr::V4(network), Ok(IpAddr::V4(address))) => {
                let differing = network.to_bits() ^ address.to_bits();
                differing.leading_zeros() >= self.bits
            }
            (IpAddr::V6(network), Ok(IpAddr::V6(address))) => {
                let differing = network.to_bits() ^ address.to_bits();
                differing.leading_zeros() >= self.bits
            }
            _ => false,
        }
    }
}
