export { quic } from './quic.ts';
export { anydesk, dtls, esp, ike, openvpn, sip, stun, tacacs, teamviewer, vnc, wireguard } from './remote.ts';
