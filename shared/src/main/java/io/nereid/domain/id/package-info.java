/**
 * Identities that validate themselves. Owns the rules for names; never performs I/O and knows no
 * framework.
 */
package io.nereid.domain.id;
