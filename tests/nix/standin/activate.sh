#!/bin/sh
# Activates a generation as Home Manager's script does, as far as a deployment can see it: the
# driver version, the checks and their words on standard output, the profile, the links, the roots.
set -eu

driverVersion=0
while [ $# -gt 0 ]; do
    case $1 in
        --driver-version) driverVersion=$2; shift 2 ;;
        *) echo "$0: unknown option '$1'" >&2; exit 1 ;;
    esac
done

generation=@generation@
stateHome=${XDG_STATE_HOME:-$HOME/.local/state}
profile=$stateHome/nix/profiles/home-manager
roots=$stateHome/home-manager/gcroots
current=$roots/current-home

echo "Starting Home Manager activation"
mkdir -p "$stateHome/nix/profiles" "$roots"

expect() {
    if [ "$2" != "$3" ]; then
        echo "$1 is \"$2\", expected \"$3\""
        exit 1
    fi
}
expect USER "$USER" "$(cat "$generation/user")"
expect HOME "$HOME" "$(cat "$generation/home")"

files=$(readlink -f "$generation/home-files")

echo "Activating checkLinkTargets"
collided=
find "$files" \( -type f -o -type l \) -printf '%P\n' > "$roots/wanted"
while IFS= read -r target; do
    place=$HOME/$target
    if [ -L "$place" ] && case $(readlink "$place") in *-home-manager-files/*) true ;; *) false ;; esac; then
        continue
    elif [ ! -e "$place" ] || grep -qxF -- "$target" "$generation/forced"; then
        continue
    elif cmp -s "$files/$target" "$place"; then
        echo "Existing file '$place' is in the way of '$files/$target', will be skipped since they are the same"
    elif [ -n "${HOME_MANAGER_BACKUP_EXT:-}" ] && [ -e "$place.$HOME_MANAGER_BACKUP_EXT" ]; then
        collided="$collided
Existing file '$place.$HOME_MANAGER_BACKUP_EXT' would be clobbered by backing up '$place'"
    elif [ -n "${HOME_MANAGER_BACKUP_EXT:-}" ]; then
        echo "Existing file '$place' is in the way of '$files/$target', will be moved to '$place.$HOME_MANAGER_BACKUP_EXT'"
    else
        collided="$collided
Existing file '$place' would be clobbered"
    fi
done < "$roots/wanted"
if [ -n "$collided" ]; then
    echo "Please do one of the following:
- In standalone mode, use 'home-manager switch -b backup' to back up files automatically.$collided"
    exit 1
fi

echo "Activating writeBoundary"
if [ "$driverVersion" -lt 1 ] && [ "$(readlink -f "$profile" || true)" != "$generation" ]; then
    echo "Creating new profile generation"
    nix-env --profile "$profile" --set "$generation"
fi

echo "Activating linkGeneration"
if [ -e "$current/home-files" ]; then
    find "$(readlink -f "$current/home-files")" \( -type f -o -type l \) -printf '%P\n' |
        while IFS= read -r target; do
            [ -e "$files/$target" ] || rm -f "$HOME/$target"
        done
fi
while IFS= read -r target; do
    place=$HOME/$target
    mkdir -p "$(dirname "$place")"
    if [ -e "$place" ] && [ ! -L "$place" ] && [ -n "${HOME_MANAGER_BACKUP_EXT:-}" ]; then
        mv "$place" "$place.$HOME_MANAGER_BACKUP_EXT"
    fi
    ln -sfn "$files/$target" "$place"
done < "$roots/wanted"

# A test that wants to see an activation half-way puts a named pipe here, and writes to it to go on.
if [ -p "$HOME/.half-way" ]; then
    echo "Activating halfWay"
    cat "$HOME/.half-way"
fi
if [ -e "$generation/fails-late" ]; then
    echo "The last part of the activation fails" >&2
    exit 3
fi

nix-store --realise "$generation" --add-root "$current" > /dev/null
