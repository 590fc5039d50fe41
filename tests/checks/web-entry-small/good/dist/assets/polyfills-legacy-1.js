var self=self||window;
