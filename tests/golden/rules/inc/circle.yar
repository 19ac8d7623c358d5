include "circle.yar"
