/**
 * The containers of this host. Owns their records on disk, the rule of one operation at a time, and
 * their life from creation to removal; never decides where a container lives.
 */
package io.nereid.nymph.container;
