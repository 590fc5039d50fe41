console.log("tides")
