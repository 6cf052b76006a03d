/** What this host can do. Owns versions, features and limits; changes nothing. */
package io.nereid.nymph.probe;
