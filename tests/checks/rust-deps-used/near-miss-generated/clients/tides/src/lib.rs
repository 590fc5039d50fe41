use tide_codec::messages;

messages!("messages/tides.fbs");

pub fn is_high(height: f32) -> bool {
    height > 3.5
}
