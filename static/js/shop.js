// The pages of the shop: each part binds itself to what it finds.
import { bindBasket } from "./basket.js";
import { bindCountdown } from "./countdown.js";
import { bindDates } from "./dates.js";
import { renewKeysWhenAnswered } from "./keys.js";
import { bindSeatList } from "./seat-list.js";
import { bindSteppers } from "./steppers.js";

renewKeysWhenAnswered();
bindSteppers();
bindDates();
bindSeatList();
bindBasket();
bindCountdown();
