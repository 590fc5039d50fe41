console.log("not loaded");
