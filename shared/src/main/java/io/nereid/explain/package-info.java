/**
 * What the messages of CRIU, runc and conmon mean for the person who has to mend it: a table of
 * causes, and the search for the one that a log shows. Pure and bounded, because a log holds names
 * that containers choose. Never reads anything but the one log that it is given, and never decides
 * what is done about it.
 */
package io.nereid.explain;
