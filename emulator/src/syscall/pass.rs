//! Calls that are passed on as they are.

/// Defines a call's function that hands its arguments to [`crate::host::Direct`].
macro_rules! pass {
    ($($(#[$doc:meta])* $name:ident = $direct:ident;)*) => { $(
        $(#[$doc])*
        pub fn $name(task: &mut $crate::task::Task, args: [u64; 6]) -> $crate::syscall::SysResult {
            task.direct($crate::host::Direct::$direct, args)
        }
    )* };
}
pub(super) use pass;
