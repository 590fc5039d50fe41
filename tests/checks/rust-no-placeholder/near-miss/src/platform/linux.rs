pub fn notify_ready(pid: u32) -> Result<(), Error> {
    sd_notify::notify(pid)
}
