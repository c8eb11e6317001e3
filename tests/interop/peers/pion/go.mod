module lectern.interop/pion
