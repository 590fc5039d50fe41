self.__old=1;
