//! `struct cmsghdr`: length with the header (8), level, type (4 each), data, padding to 8.

/// Bytes before the data.
const HEADER: usize = 16;
/// `SOL_SOCKET`.
const SOL_SOCKET: i32 = 1;
/// `SCM_RIGHTS`.
const SCM_RIGHTS: i32 = 1;

/// The descriptors that the control messages in `control` carry, with where each stands. `None` when the messages
/// are malformed, which the kernel refuses.
pub fn rights(control: &[u8]) -> Option<Vec<(usize, i32)>> {
    let mut found = Vec::new();
    let mut at = 0;
    while at + HEADER <= control.len() {
        let field = |offset: usize| control[at + offset..at + offset + 4].try_into().map(i32::from_le_bytes);
        let len = u64::from_le_bytes(control[at..at + 8].try_into().ok()?);
        let len = usize::try_from(len).ok().filter(|len| *len >= HEADER && *len <= control.len() - at)?;
        if field(8).ok()? == SOL_SOCKET && field(12).ok()? == SCM_RIGHTS {
            for (index, number) in control[at + HEADER..at + len].chunks_exact(4).enumerate() {
                found.push((at + HEADER + 4 * index, i32::from_le_bytes(number.try_into().ok()?)));
            }
        }
        at += len.next_multiple_of(8);
    }
    Some(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(kind: i32, data: &[u8]) -> Vec<u8> {
        let mut bytes = ((HEADER + data.len()) as u64).to_le_bytes().to_vec();
        bytes.extend(SOL_SOCKET.to_le_bytes());
        bytes.extend(kind.to_le_bytes());
        bytes.extend(data);
        bytes.resize(bytes.len().next_multiple_of(8), 0);
        bytes
    }

    #[test]
    fn descriptors_are_found_among_other_messages() {
        let mut bytes = message(2, &[0; 12]);
        bytes.extend(message(SCM_RIGHTS, &[5, 0, 0, 0, 7, 0, 0, 0, 9, 0, 0, 0]));
        assert_eq!(rights(&bytes), Some(vec![(48, 5), (52, 7), (56, 9)]));
    }

    #[test]
    fn malformed_messages_are_refused() {
        let mut bytes = message(SCM_RIGHTS, &[0; 4]);
        bytes[0] = 200;
        assert_eq!(rights(&bytes), None);
        bytes[0] = 3;
        assert_eq!(rights(&bytes), None);
        assert_eq!(rights(&[]), Some(vec![]));
    }
}
