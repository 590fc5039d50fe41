import React from "react";

export const Berth = () => <p>free</p>;
