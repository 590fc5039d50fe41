pub mod parcel {
    tonic::include_proto!("parcel");
}
