(function(){document.title="Pilots, for browsers of the past, with more code than needed"})();
