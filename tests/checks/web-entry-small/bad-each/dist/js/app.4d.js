(()=>{"use strict";document.title="Pilots"})();
