self.__chunks=[];
