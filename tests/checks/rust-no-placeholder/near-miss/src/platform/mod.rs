#[cfg(target_os = "linux")]
mod linux;
#[cfg(not(target_os = "linux"))]
mod other;

#[cfg(target_os = "linux")]
pub use linux::notify_ready;
#[cfg(not(target_os = "linux"))]
pub use other::notify_ready;
