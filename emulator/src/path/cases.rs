//! One line a case: fallback mode, intent, where the path starts, the path, what it leads to.
//!
//! `$S` is the sysroot, `$H` and `$M` directories of the host's, of which the sysroot has
//! `$M` too. Intents: `look` (links followed), `link` (the last one is
//! the object), `make` (open with `O_CREAT`), `name` (the name itself is made, removed or moved). Answers: `in:` a
//! guest name in the sysroot, `host:` a host path, `syn:` the synthetic layer, or an errno.

/// Entries of the sysroot: kind, path, target.
pub const SYSROOT: &str = "
d etc
f etc/passwd
f etc/both
d usr/bin
f usr/bin/true
l bin               usr/bin
l etc/abs           /usr/bin/true
l etc/rel           ../usr/bin/true
l etc/dangling      /nowhere/at/all
l etc/relgone       gone
l etc/tohost        $H/file
l etc/tohostdir     $H/dir
l etc/new           /etc/created
l etc/newdeep       /nowhere/created
l etc/slash         ../usr/bin/
l etc/toproc        /proc/version
l etc/todev         ../dev/null
l etc/up            ../../../../etc/passwd
l root              /
l loop1             loop2
l loop2             loop1
c chain             41
c short             40
d $M
f $M/both
l $M/peer    only-host
l $M/out     ../host/file
d srv
f resolv.conf
";

/// Entries of the host's directory.
pub const HOST: &str = "
f file
d dir
f dir/inner
d $M
f $M/both
f $M/only-host
l $M/host-link      only-host
l abs               /etc/passwd
l absgone           /nowhere/at/all
l rel               dir/inner
l intosysroot       $S/etc/passwd
l tosysroot         $S
l toroot            /
l self              self
l toproc            /proc/version
l up                ../../../../../../../../etc/passwd
";

/// The cases.
pub const CASES: &str = "
all     look - /etc/passwd                  in:/etc/passwd
all     look - //etc///./passwd             in:/etc/passwd
all     look - /etc/both                    in:/etc/both
all     look - /                            in:/
all     look - /..                          in:/
all     look - /../../etc/passwd            in:/etc/passwd
all     look - /etc/..                      in:/
all     look - /etc/.                       in:/etc
all     look - /etc/                        in:/etc
all     look - /etc/passwd/                 ENOTDIR
all     look - /etc/passwd/x                ENOTDIR
all     look - /etc/passwd/..               ENOTDIR
all     look - /absent-dir/../etc/passwd    ENOENT
all     look - /etc/absent/../passwd        ENOENT
all     look - /absent-anywhere             ENOENT
all     look - $H/file                      host:$H/file
all     look - $H/dir/inner                 host:$H/dir/inner
all     look - $H/dir/                      host:$H/dir
all     look - $H/file/                     ENOTDIR
all     look - $H/dir/../file               host:$H/file
all     look - $H/absent                    ENOENT
all     look - $H/absent/x                  ENOENT
all     look - $M/both               in:$M/both
all     look - $M/only-host          host:$M/only-host
all     look - $M/host-link          host:$M/only-host
all     look - $M/absent             ENOENT
all     make - $M/fresh              in:$M/fresh
all     make - $M/only-host          in:$M/only-host
all     name - $M/only-host          in:$M/only-host
all     make - $H/fresh                     host:$H/fresh
all     name - $H/fresh                     host:$H/fresh
all     name - $H/dir/fresh/                host:$H/dir/fresh
all     make - $H/absent/fresh              ENOENT
all     make - /etc/fresh                   in:/etc/fresh
all     name - /fresh                       in:/fresh
all     name - /etc/abs                     in:/etc/abs
all     look - /etc/abs                     in:/usr/bin/true
all     link - /etc/abs                     in:/etc/abs
all     look - /etc/rel                     in:/usr/bin/true
all     look - /bin/true                    in:/usr/bin/true
all     look - /bin/absent                  ENOENT
all     look - /etc/slash/true              in:/usr/bin/true
all     look - /etc/slash                   in:/usr/bin
all     link - /etc/slash/                  in:/usr/bin
all     look - /etc/up                      in:/etc/passwd
all     look - /root/etc/passwd             in:/etc/passwd
all     look - /root/root/root/etc/both     in:/etc/both
all     look - /etc/dangling                ENOENT
all     link - /etc/dangling                in:/etc/dangling
all     look - /etc/relgone                 ENOENT
all     look - /etc/tohost                  ELOOP
all     look - /etc/tohostdir/inner         ELOOP
all     look - $M/peer               ELOOP
all     look - $M/out                ELOOP
all     look - /root$H/file                 ENOENT
all     make - /etc/new                     in:/etc/created
all     make - /etc/newdeep                 ENOENT
all     look - /etc/toproc                  syn:/proc/version
all     look - /etc/todev                   host:/dev/null
all     look - /loop1                       ELOOP
all     link - /loop1                       in:/loop1
all     look - /loop1/x                     ELOOP
all     look - /chain                       ELOOP
all     look - /short                       in:/etc/passwd
all     look - $H/abs                       in:/etc/passwd
all     look - $H/absgone                   ENOENT
all     look - $H/rel                       host:$H/dir/inner
all     link - $H/rel                       host:$H/rel
all     look - $H/intosysroot               in:/etc/passwd
all     look - $H/tosysroot/etc/both        in:/etc/both
all     look - $H/tosysroot                 in:/
all     look - $H/toroot/etc/passwd         in:/etc/passwd
all     look - $H/self                      ELOOP
all     look - $H/toproc                    syn:/proc/version
all     look - $H/up                        in:/etc/passwd
all     look - $S/etc/passwd                in:/etc/passwd
all     look - $S                           in:/
all     look - $S/absent                    ENOENT
all     make - $S/etc/fresh                 in:/etc/fresh
all     name - $S/etc/passwd                in:/etc/passwd
all     look - $S/../host/file              ENOENT
all     look - $S/../etc/both               in:/etc/both
all     look - /proc/version                syn:/proc/version
all     look - /proc/                       syn:/proc
all     look - /etc/../proc/version         syn:/proc/version
all     look - /proc/../etc/passwd          in:/etc/passwd
all     look - /proc/self/root/etc/passwd   in:/etc/passwd
all     look - /proc/absent                 ENOENT
all     look - /proc/version/x              ENOTDIR
all     look - /sys/devices/system/cpu/../cpu/online syn:/sys/devices/system/cpu/online
all     look - /dev/null                    host:/dev/null
all     name - /dev/null                    syn:/dev/null
all     look - /dev/absent                  ENOENT
all     look - /dev/null/x                  ENOTDIR
all     look - /$N256                       ENAMETOOLONG
all     look - /$N255                       ENOENT
all     name - $H/$N256                     ENAMETOOLONG
all     look in:/etc passwd                 in:/etc/passwd
all     look in:/etc ../usr/bin/true        in:/usr/bin/true
all     look in:/etc ../../../etc/passwd    in:/etc/passwd
all     look in:/etc absent                 ENOENT
all     look in:/etc tohost                 ELOOP
all     look in:/etc abs                    in:/usr/bin/true
all     look in:/ proc/version              syn:/proc/version
all     look in:/etc /usr/bin/true          in:/usr/bin/true
all     make in:/etc fresh                  in:/etc/fresh
all     look in:$M only-host         ENOENT
all     look host:$H file                   host:$H/file
all     look host:$H dir/inner              host:$H/dir/inner
all     look host:$H/dir ../file            host:$H/file
all     look host:$H ../sr/etc/passwd       in:/etc/passwd
all     look host:$H abs                    in:/etc/passwd
all     look host:$H up                     in:/etc/passwd
all     name host:$H fresh                  host:$H/fresh
all     look - ''                           ENOENT
guarded look - $H/file                      host:$H/file
guarded look - /usr/bin/absent              ENOENT
guarded look - /usr/share                   ENOENT
guarded look - /etc/hostname                ENOENT
guarded look - /etc/resolv.conf             host:/etc/resolv.conf
guarded look - /etc/./hosts                 host:/etc/hosts
guarded look - /sbin                        ENOENT
guarded look - $H/toroot/sbin               ENOENT
guarded look - $H/../../../sbin             ENOENT
guarded look - /etc/passwd                  in:/etc/passwd
off     look - $H/file                      ENOENT
off     look - /etc/resolv.conf             ENOENT
off     look - /etc/passwd                  in:/etc/passwd
off     look - /proc/version                syn:/proc/version
off     make - $H/fresh                     ENOENT
off     look host:$H file                   host:$H/file
off     look host:$H/dir ../../../sbin      ENOENT
none    look - $H/file                      host:$H/file
none    look - $H/rel                       host:$H/dir/inner
none    look - $H/self                      ELOOP
none    look - $H/toproc                    syn:/proc/version
none    look - $S/etc/tohost                host:$H/file
none    look - /../proc/version             syn:/proc/version
none    make - $H/fresh                     host:$H/fresh
none    look - $H/absent                    ENOENT
none    look host:$H dir/..                 host:$H
";
