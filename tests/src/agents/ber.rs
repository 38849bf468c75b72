//! As much of BER (X.690) as SNMP agents need (RFC 3417, section 8).

/// An object identifier.
pub(super) type Oid = Vec<u32>;

pub(super) const INTEGER: u8 = 0x02;
pub(super) const OCTETS: u8 = 0x04;
pub(super) const OID: u8 = 0x06;
pub(super) const SEQUENCE: u8 = 0x30;

/// A value with its tag and length.
pub(super) fn tlv(tag: u8, content: &[u8]) -> Vec<u8> {
    let mut octets = Vec::with_capacity(content.len() + 4);
    octets.push(tag);
    push_length(&mut octets, content.len());
    octets.extend_from_slice(content);
    octets
}

pub(super) fn push_length(octets: &mut Vec<u8>, length: usize) {
    match u16::try_from(length).unwrap() {
        length @ 0..0x80 => octets.push(length.to_le_bytes()[0]),
        length @ 0x80..=0xFF => octets.extend([0x81, length.to_le_bytes()[0]]),
        length => {
            octets.push(0x82);
            octets.extend(length.to_be_bytes());
        }
    }
}

/// A number in as few octets as it needs, with its sign.
pub(super) fn number(tag: u8, value: i128) -> Vec<u8> {
    let octets = value.to_be_bytes();
    let is_needless = |pair: &[u8]| (pair[0] == 0 && pair[1] < 0x80) || (pair[0] == 0xFF && pair[1] >= 0x80);
    let first = octets.windows(2).position(|pair| !is_needless(pair)).unwrap_or(octets.len() - 1);
    tlv(tag, &octets[first..])
}

/// An object identifier with its tag and length.
pub(super) fn oid(arcs: &[u32]) -> Vec<u8> {
    let [first, second, rest @ ..] = arcs else { return tlv(OID, &[0]) };
    let mut content = Vec::with_capacity(arcs.len() + 4);
    for arc in std::iter::once(&(first * 40 + second)).chain(rest) {
        for shift in [28, 21, 14, 7] {
            if arc >> shift != 0 {
                content.push(0x80 | (arc >> shift & 0x7F).to_le_bytes()[0]);
            }
        }
        content.push((arc & 0x7F).to_le_bytes()[0]);
    }
    tlv(OID, &content)
}

/// Takes octets apart; none at anything that is not what was expected.
pub(super) struct Reader<'a>(pub(super) &'a [u8]);

impl<'a> Reader<'a> {
    /// The content of the next value, and its tag.
    pub(super) fn any(&mut self) -> Option<(u8, &'a [u8])> {
        let [tag, length, rest @ ..] = self.0 else { return None };
        let (length, rest) = match length {
            0..=0x7F => (usize::from(*length), rest),
            0x81 => (usize::from(*rest.first()?), &rest[1..]),
            0x82 => (usize::from(u16::from_be_bytes(*rest.first_chunk()?)), &rest[2..]),
            _ => return None,
        };
        let (content, rest) = rest.split_at_checked(length)?;
        self.0 = rest;
        Some((*tag, content))
    }

    pub(super) fn content(&mut self, tag: u8) -> Option<&'a [u8]> {
        self.any().filter(|(found, _)| *found == tag).map(|(_, content)| content)
    }

    pub(super) fn number(&mut self) -> Option<i64> {
        let content = self.content(INTEGER)?;
        let sign = if *content.first()? >= 0x80 { -1 } else { 0 };
        Some(content.iter().fold(sign, |number, octet| number << 8 | i64::from(*octet)))
    }

    pub(super) fn oid(&mut self) -> Option<Oid> {
        let content = self.content(OID)?;
        let mut arcs = Vec::with_capacity(content.len() + 1);
        let mut arc = 0_u32;
        for octet in content {
            arc = arc << 7 | u32::from(octet & 0x7F);
            if octet & 0x80 == 0 {
                if arcs.is_empty() {
                    let first = (arc / 40).min(2);
                    arcs.push(first);
                    arc -= first * 40;
                }
                arcs.push(arc);
                arc = 0;
            }
        }
        Some(arcs)
    }
}
