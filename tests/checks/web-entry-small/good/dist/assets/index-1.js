document.title="Berths";
