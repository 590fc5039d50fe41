System.register([],function(){return{execute:function(){document.title="Berths"}}});
