//! How the model walks a path.

use std::collections::VecDeque;
use std::rc::Rc;

use super::model::{Found, Id, Kind, Model, Name, Want};
use elfuse::syscall::Errno;

/// A symbolic link in the sysroot that brought in a component.
struct Link {
    target: Vec<u8>,
    dir: Id,
}

#[derive(Clone)]
struct Component {
    name: Vec<u8>,
    link: Option<Rc<Link>>,
}

fn components(path: &[u8], link: Option<&Rc<Link>>) -> VecDeque<Component> {
    let names = path.split(|&byte| byte == b'/').filter(|name| !name.is_empty());
    names.map(|name| Component { name: name.to_vec(), link: link.cloned() }).collect()
}

struct Walk<'a> {
    model: &'a Model,
    todo: VecDeque<Component>,
    dir: Id,
    inside: bool,
    /// What is tried on the host when it is absent inside.
    literal: Option<VecDeque<Component>>,
    links: u32,
    slash: bool,
    /// The names walked through inside.
    passed: Vec<(Id, Vec<u8>)>,
}

impl Model {
    /// What `path` leads to, from `start` when it is relative; no start is a closed descriptor.
    pub fn resolve(&self, start: Option<Id>, path: &[u8], want: Want) -> Result<Found, Errno> {
        if path.is_empty() {
            return Err(Errno::ENOENT);
        }
        let mut walk = Walk {
            model: self,
            todo: components(path, None),
            dir: self.root,
            inside: true,
            literal: None,
            links: 0,
            slash: path.ends_with(b"/"),
            passed: Vec::new(),
        };
        if path.starts_with(b"/") {
            walk.start_at_root();
        } else {
            walk.dir = start.ok_or(Errno::EBADF)?;
            walk.inside = self.is_inside(walk.dir);
        }
        walk.run(want)
    }
}

impl Walk<'_> {
    fn start_at_root(&mut self) {
        self.dir = self.model.root;
        self.inside = true;
        self.passed.clear();
        let falls_back = self.model.host_root.is_some() && self.model.world.falls_back(&self.first_names());
        self.literal = falls_back.then(|| self.todo.clone());
    }

    fn first_names(&self) -> Vec<Vec<u8>> {
        self.todo.iter().filter(|one| one.name != b".").take(3).map(|one| one.name.clone()).collect()
    }

    fn run(mut self, want: Want) -> Result<Found, Errno> {
        while let Some(component) = self.todo.pop_front() {
            let last = self.todo.is_empty();
            match component.name.as_slice() {
                name @ (b"." | b"..") if last && want == Want::Mutate => {
                    let name = if name == b"." { Name::Dot } else { Name::DotDot };
                    return Ok(self.found(name, None));
                }
                b"." => continue,
                b".." => {
                    self.up();
                    continue;
                }
                _ => {}
            }
            if component.name.len() > 255 {
                let makes_directory = last && self.slash && matches!(want, Want::Create { .. });
                if self.model.nodes[self.dir].gone || makes_directory {
                    self.model.unclear.set(true);
                }
                return Err(Errno::ENAMETOOLONG);
            }
            let child = self.model.entries(self.dir).get(&component.name).copied();
            if last && want == Want::Mutate {
                return Ok(self.found(Name::Plain(component.name), child));
            }
            if last && self.slash && matches!(want, Want::Create { .. }) {
                return Err(Errno::EISDIR);
            }
            let through = !last || self.slash;
            let follow =
                through || matches!(want, Want::Lookup { follow: true } | Want::Create { follow: true });
            let Some(node) = child else {
                let makes = last && matches!(want, Want::Create { .. });
                if makes {
                    return Ok(self.found(Name::Plain(component.name), None));
                }
                self.absent(&component)?;
                continue;
            };
            match &self.model.nodes[node].kind {
                Kind::Link(target) if follow => self.follow(&self.model.world.expand(target))?,
                Kind::Dir(_) if through => self.enter(component.name, node),
                // A host path to the sysroot is the guest's root.
                Kind::Dir(_) if node == self.model.root => self.enter(component.name, node),
                _ if through => return Err(Errno::ENOTDIR),
                _ => return Ok(self.found(Name::Plain(component.name), Some(node))),
            }
        }
        let name = if want == Want::Mutate { Name::Root } else { Name::Dot };
        let node = Some(self.dir);
        Ok(self.found(name, node))
    }

    fn found(&self, name: Name, node: Option<Id>) -> Found {
        Found { dir: self.dir, name, node, slash: self.slash }
    }

    fn enter(&mut self, name: Vec<u8>, node: Id) {
        if self.inside {
            self.passed.push((self.dir, name));
        }
        self.inside |= node == self.model.root;
        self.dir = node;
    }

    fn up(&mut self) {
        let parent = self.model.nodes[self.dir].parent;
        if !self.inside && Some(parent) == self.model.host_root {
            // The guest has one root.
            self.start_at_root();
        } else {
            self.dir = parent;
        }
    }

    fn follow(&mut self, target: &[u8]) -> Result<(), Errno> {
        self.links += 1;
        if self.links > 40 {
            return Err(Errno::ELOOP);
        }
        self.slash |= self.todo.is_empty() && target.ends_with(b"/");
        let link = self.inside.then(|| Rc::new(Link { target: target.to_vec(), dir: self.dir }));
        let mut todo = components(target, link.as_ref());
        todo.append(&mut self.todo);
        self.todo = todo;
        if target.starts_with(b"/") {
            if self.inside {
                self.dir = self.model.root;
            } else {
                self.start_at_root();
            }
        }
        Ok(())
    }

    /// The component does not exist: goes on with the literal path on the host, if that may be.
    fn absent(&mut self, component: &Component) -> Result<(), Errno> {
        if !self.inside {
            return Err(Errno::ENOENT);
        }
        let reserved = self.model.is_reserved(self.dir, &component.name);
        if let Some(link) = &component.link {
            return Err(if !reserved && self.host_has(link) { Errno::ELOOP } else { Errno::ENOENT });
        }
        let mapped = self.passed.iter().any(|(dir, name)| self.model.world.is_mapped(self.model, *dir, name));
        match (self.literal.take(), self.model.host_root) {
            (Some(literal), Some(host)) if !mapped && !reserved => {
                self.todo = literal;
                self.dir = host;
                self.inside = false;
                Ok(())
            }
            _ => Err(Errno::ENOENT),
        }
    }

    fn host_has(&self, link: &Link) -> bool {
        let mut path = if link.target.starts_with(b"/") {
            Vec::new()
        } else {
            self.model
                .names(link.dir)
                .iter()
                .flat_map(|name| [&b"/"[..], name].concat())
                .chain([b'/'])
                .collect()
        };
        path.extend(&link.target);
        self.model.world.host_has(&path)
    }
}
