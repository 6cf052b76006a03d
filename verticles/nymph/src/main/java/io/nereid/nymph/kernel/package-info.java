/**
 * System calls that nothing else here offers. Owns numbers, the way to call and errors; never what
 * they are used for.
 */
package io.nereid.nymph.kernel;
