#include "weir_dataplane.h"
