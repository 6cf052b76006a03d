/** What a container is and where it is. Pure records; never touches a runtime. */
package io.nereid.domain.container;
