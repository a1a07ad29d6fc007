//! `relm can-deploy`.
