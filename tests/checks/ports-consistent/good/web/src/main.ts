document.title = "Parcels";
