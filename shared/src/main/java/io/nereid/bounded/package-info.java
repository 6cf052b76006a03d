/**
 * Collections with a bound of their own, for what is only worth remembering for a while. Never
 * holds what must not be forgotten.
 */
package io.nereid.bounded;
