//! The gateway over real sockets, between raw clients and a service that misbehaves on purpose. The tests of a row
//! of the reliability matrix begin with its number.

mod a_memory;
mod a_upstream_answers;
mod a_upstream_silence;
mod c_sessions;
mod d_browser;
mod e_clients;
mod e_hostile_requests;
mod e_proxy;
mod e_tls;
mod f_changes;
mod l_logs;
mod sandbox_cloud;
mod sign_in_page;
mod sign_in_with_keys;
mod support;
