console.log("moored");
